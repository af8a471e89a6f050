// What the search of the site says in Vietnamese; the catalogue of Sphinx lacks these.
Documentation.addTranslations({
    "locale": "vi",
    "messages": {
        ", in ": ", trong ",
        "Hide Search Matches": "Ẩn chỗ khớp",
        "Preparing search...": "Đang chuẩn bị tìm kiếm…",
        "Search Results": "Kết quả tìm kiếm",
        "Search finished, found one page matching the search query.": ["Tìm thấy ${resultCount} trang."],
        "Searching": "Đang tìm",
        "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.": "Không tìm thấy trang nào. Hãy kiểm tra chính tả của các từ."
    },
    "plural_expr": "0"
});
