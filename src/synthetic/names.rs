//! Synthetic names, combined from common Vietnamese family, middle and given names.

use super::columns::Dictionary;
use super::random::Dice;

const FAMILY: [&str; 14] = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý", "Đào", "Phan"];
const MIDDLE: [[&str; 8]; 2] =
    [["Văn", "Đức", "Minh", "Quang", "Hữu", "Gia", "Tuấn", "Thành"], ["Thị", "Thu", "Ngọc", "Phương", "Khánh", "Thanh", "Bảo", "Hà"]];
const GIVEN: [[&str; 16]; 2] = [
    ["An", "Bảo", "Cường", "Dũng", "Đạt", "Hải", "Hiếu", "Huy", "Khang", "Khoa", "Long", "Nam", "Phúc", "Quân", "Sơn", "Tùng"],
    ["Anh", "Chi", "Dung", "Giang", "Hân", "Hoa", "Huyền", "Lan", "Linh", "Mai", "My", "Nga", "Như", "Thảo", "Trang", "Yến"],
];
const OF_ONE_SEX: usize = FAMILY.len() * MIDDLE[0].len() * GIVEN[0].len();

/// All names, boys' names first.
pub(super) fn all() -> Dictionary {
    let mut names = Vec::with_capacity(2 * OF_ONE_SEX);
    for (middles, givens) in MIDDLE.iter().zip(&GIVEN) {
        for family in FAMILY {
            for middle in middles {
                names.extend(givens.iter().map(|given| format!("{family} {middle} {given}")));
            }
        }
    }
    Dictionary::new(names)
}

/// Draws the index of a boy's or a girl's name in [`all`].
pub(super) fn draw(dice: &mut Dice, sex: usize) -> usize {
    (sex.min(1)) * OF_ONE_SEX + dice.below(OF_ONE_SEX as u32) as usize
}
