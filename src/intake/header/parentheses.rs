//! The parentheses of a header: most are explanations, some hold a legend of figures.

/// Splits a text into what is outside its parentheses and what is inside.
pub(super) fn split_parentheses(text: &str) -> (String, String) {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut depth = 0_u32;
    for letter in text.chars() {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' if depth > 0 => {
                depth -= 1;
                inside.push(' ');
            }
            ')' | ']' => {}
            _ if depth == 0 => outside.push(letter),
            _ => inside.push(letter),
        }
    }
    (outside, inside.trim().to_owned())
}

/// The figures of a legend with their words: "1: Nữ, 2: Nam", "1-Nữ 2-Nam", "Nữ = 1; Nam = 2".
pub(super) fn legend(inside: &str) -> Vec<(String, String)> {
    let pair = |three: &[String]| match three {
        [figure, sign, word] if is_figure(figure) && is_words(word) && is_sign(sign) => Some((figure.clone(), word.clone())),
        [word, sign, figure] if is_words(word) && is_figure(figure) && matches!(sign.as_str(), ":" | "=") => {
            Some((figure.clone(), word.clone()))
        }
        _ => None,
    };
    tokens(inside).windows(3).filter_map(pair).collect()
}

fn is_figure(token: &str) -> bool {
    token.bytes().all(|b| b.is_ascii_digit())
}

fn is_words(token: &str) -> bool {
    token.starts_with(char::is_alphabetic)
}

fn is_sign(token: &str) -> bool {
    matches!(token, ":" | "=" | "-" | "–" | "." | ")")
}

/// Figures, runs of words, and the signs between them.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in text.chars() {
        let joins = |last: &String| match letter {
            ' ' => is_words(last),
            '0'..='9' => before != ' ' && (is_figure(last) || is_words(last)),
            _ => letter.is_alphabetic() && is_words(last),
        };
        match tokens.last_mut().filter(|last| joins(last)) {
            Some(last) => last.push(letter),
            None if letter == ' ' => {}
            None => tokens.push(letter.to_string()),
        }
        before = letter;
    }
    tokens.iter().map(|token| token.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legends_are_split_into_figures_and_words() {
        for (text, pairs) in [
            ("1: Nữ, 2: Nam", vec![("1", "Nữ"), ("2", "Nam")]),
            ("1-Nữ 2-Nam", vec![("1", "Nữ"), ("2", "Nam")]),
            ("1=chưa tiêm; 2 = đã tiêm", vec![("1", "chưa tiêm"), ("2", "đã tiêm")]),
            ("Nam: 1/Nữ: 0", vec![("1", "Nam"), ("0", "Nữ")]),
            ("0-16 tuổi", vec![]),
            ("dưới 16 tuổi", vec![]),
            ("NĐ-130", vec![]),
            ("d2: nặng", vec![]),
            ("đánh dấu x", vec![]),
        ] {
            let found = legend(text);
            let found: Vec<(&str, &str)> = found.iter().map(|(figure, word)| (figure.as_str(), word.as_str())).collect();
            assert_eq!(found, pairs, "{text}");
        }
    }
}
