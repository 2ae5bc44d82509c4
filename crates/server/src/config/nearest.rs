//! Finds the known name that a mistyped one probably stands for.

/// The known name with the fewest edits to `typed`, if it takes at most a third of its letters.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (edits(typed, name), name))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, name)| *distance <= (name.chars().count() / 3).max(2))
        .map(|(_, name)| name)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour to turn `from` into `to`
/// (optimal string alignment).
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=to.len()).collect();
    let mut previous_letter = None;
    for (row, letter) in from.to_lowercase().chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in to.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&last, column) + usize::from(letter != *other);
            let mut best = replaced.min(at(&last, column + 1) + 1).min(at(&current, column) + 1);
            let swapped = column > 0
                && previous_letter == Some(*other)
                && to.get(column - 1) == Some(&letter)
                && !before_last.is_empty();
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        previous_letter = Some(letter);
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_the_name_that_was_meant() {
        let known = ["issuer", "trusted_proxies", "header_timeout"];
        for (typed, meant) in [
            ("isuer", Some("issuer")),
            ("isseur", Some("issuer")),
            ("trusted_proxy", Some("trusted_proxies")),
            ("HEADER_TIMEOUT", Some("header_timeout")),
            ("colour", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }

    #[test]
    fn swapped_neighbours_are_one_edit() {
        for (typed, distance) in [("http", 0), ("htpt", 1), ("thtp", 1), ("htt", 1), ("htpp", 1), ("ptth", 2)] {
            assert_eq!(edits(typed, "http"), distance, "{typed}");
        }
    }
}
