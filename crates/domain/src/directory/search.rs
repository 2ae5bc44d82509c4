//! The words under which a person is found.

/// The words of a name or an address: lower case, without marks between them, each once.
///
/// Accents stay, as `é` and as typed: a search for what is on the badge finds it.
pub fn words(texts: &[&str]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in texts {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word: String = word.to_lowercase().chars().take(LONGEST_WORD).collect();
            if !found.contains(&word) {
                found.push(word);
            }
        }
    }
    found
}

/// The words that somebody typed to search with: at most five, and none that every address has.
pub fn search_words(text: &str) -> Vec<String> {
    let mut found = words(&[text]);
    found.truncate(5);
    found
}

/// By what lists of people are in order: the family name and then the given name, or the name that pages show where one of them is
/// missing, in small letters.
pub fn sort_name(display: &str, given: Option<&str>, family: Option<&str>) -> String {
    let name = match (family, given) {
        (Some(family), Some(given)) => format!("{family} {given}"),
        (Some(_) | None, Some(_) | None) => display.to_owned(),
    };
    name.to_lowercase()
}

const LONGEST_WORD: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_found_by_each_word_of_name_and_address() {
        assert_eq!(
            words(&["Siân O'Neill-Jones", "sian.oneill@a.example"]),
            ["siân", "o", "neill", "jones", "sian", "oneill", "a", "example"]
        );
        assert_eq!(words(&["Ann ann ANN"]), ["ann"]);
        assert!(words(&["--", ""]).is_empty());
    }

    #[test]
    fn lists_are_in_order_of_family_names() {
        assert_eq!(sort_name("Dr Ada Lovelace", Some("Ada"), Some("Lovelace")), "lovelace ada");
        assert_eq!(sort_name("Ward 5", None, None), "ward 5");
        assert_eq!(sort_name("Prince", Some("Prince"), None), "prince");
    }

    #[test]
    fn a_search_uses_few_words() {
        assert_eq!(search_words("a b c d e f g").len(), 5);
    }
}
