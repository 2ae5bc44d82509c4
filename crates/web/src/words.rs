//! Sentences of `templates/component/sentence.html`, for messages next to a field.

use std::time::Duration;

use crate::template;

/// The sentence for `word`.
pub(crate) fn sentence(word: &str) -> String {
    with_wait(word, Duration::ZERO)
}

/// The sentence for `word`, telling how long to wait.
pub(crate) fn with_wait(word: &str, wait: Duration) -> String {
    let context = minijinja::context! { word => word, wait => wait.as_secs().max(1) };
    template::render("component/sentence.html", context).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_told_in_words() {
        for (seconds, expected) in [(1, "1 second,"), (30, "30 seconds,"), (600, "10 minutes,"), (7200, "2 hours,")] {
            let told = with_wait("too_many_tries", Duration::from_secs(seconds));
            assert!(told.contains(expected), "{told}");
        }
    }
}
