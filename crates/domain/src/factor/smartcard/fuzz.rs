//! What the fuzz targets reach behind a signature. The product has none of it.

use super::chain::Path;
use super::der::{Der, write};
use super::{Card, CardFailure, RevocationList, SmartcardRules, card};

/// How deep items are followed.
const DEEPEST: usize = 64;

/// Reads a card whose path nobody has checked: its own certificate first, then who issued which, two at least.
///
/// # Errors
/// As [`super::inspect`], but for what is wrong with the path.
pub fn unchecked(rules: &SmartcardRules, path: Vec<Vec<u8>>) -> Result<Card, CardFailure> {
    card::read(rules, &Path::unchecked(path))
}

/// The numbers that a list revokes, in the order in which they are looked up.
pub fn revoked(list: &RevocationList) -> impl Iterator<Item = &[u8]> {
    list.revoked.iter().map(AsRef::as_ref)
}

/// Reads `bytes` as items, with the items inside of them, and writes them again; `None` when they are none.
pub fn rewritten(bytes: &[u8]) -> Option<Vec<u8>> {
    again(bytes, 0)
}

fn again(bytes: &[u8], depth: usize) -> Option<Vec<u8>> {
    const CONSTRUCTED: u8 = 0x20;
    let mut der = Der::of(bytes);
    let mut out = Vec::new();
    while !der.is_empty() {
        let item = der.next()?;
        let inside = (item.tag & CONSTRUCTED != 0 && depth < DEEPEST).then(|| again(item.content, depth + 1)).flatten();
        out.extend(write(item.tag, &[inside.as_deref().unwrap_or(item.content)]));
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::der::tag;
    use super::super::inspect;
    use super::super::testing::{NOW, below, card, root, rules};
    use super::*;

    #[test]
    fn a_card_says_the_same_whether_or_not_its_path_was_checked() {
        let root = root("Root");
        let middle = below(&root, "Middle", |_| {});
        let path = [card(&middle, |_| {}), middle.der().to_vec(), root.der().to_vec()];
        let checked = inspect(&rules(&[&root]), &path, NOW).unwrap();
        let unchecked = unchecked(&rules(&[&root]), path.to_vec()).unwrap();
        assert_eq!((checked.identity(), checked.questions()), (unchecked.identity(), unchecked.questions()));
    }

    #[test]
    fn a_certificate_is_written_as_it_was_read() {
        let card = card(&root("Root"), |_| {});
        assert_eq!(rewritten(&card), Some(card));
        assert_eq!(rewritten(&[tag::SEQUENCE, 1]), None);
    }

    proptest! {
        #[test]
        fn any_items_are_written_as_they_were_read(bytes in prop::collection::vec(0_u8..0x90, 0..40)) {
            prop_assert!(rewritten(&bytes).is_none_or(|again| again == bytes));
        }
    }
}
