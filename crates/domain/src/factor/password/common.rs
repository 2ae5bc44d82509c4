//! Whether a password is one that people commonly choose.

use zxcvbn::zxcvbn;

/// Whether `password` would fall to fewer than `min_guesses` guesses made from word lists, keyboards, dates and repeats.
///
/// zxcvbn keeps its list of common passwords to itself, but its estimate is made from it: a password that stands in the
/// list, also with capitals, digits for letters, or reversed, costs about as many guesses as its rank.
pub(super) fn is_common(password: &str, min_guesses: u64) -> bool {
    zxcvbn(password, &[]).guesses() < min_guesses
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(passwords: &[&str], expected: bool) {
        for password in passwords {
            assert_eq!(is_common(password, 1_000_000), expected, "{password}: {}", zxcvbn(password, &[]).guesses());
        }
    }

    #[test]
    fn passwords_that_many_people_choose_are_common() {
        check(&["1234567890", "qwertyuiop", "password12", "Password123!", "P@ssw0rd123", "aaaaaaaaaaaa"], true);
        check(&["passwordpassword", "abcdefghij", "0987654321", "iloveyou1234", "01/01/1980", "basketball"], true);
    }

    #[test]
    fn passwords_of_a_few_words_are_not() {
        check(&["blue kettle morning", "correct horse battery staple", "three wet umbrellas", "Tr5!kqPw9zLm"], false);
    }
}
