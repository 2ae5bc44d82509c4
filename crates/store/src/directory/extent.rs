//! Extents as ranges of paths.

use wardkey_domain::directory::OrganisationPath;
use wardkey_domain::permission::Extent;

use super::organisation::end_of;

/// How many subtrees one statement can be narrowed to; more take more statements.
pub(crate) const SUBTREES: usize = 4;

/// The ranges of paths that an extent covers.
pub(crate) fn path_ranges(extent: &Extent) -> Vec<(String, String)> {
    match extent {
        Extent::Nothing => Vec::new(),
        // Every path begins with a slash, and `0` is the character after it.
        Extent::Everything => vec![("/".to_owned(), "0".to_owned())],
        Extent::Subtrees(paths) => paths
            .iter()
            .map(OrganisationPath::to_text)
            .map(|path| {
                let end = end_of(&path);
                (path, end)
            })
            .collect(),
    }
}

/// The same in order, without those that lie in another.
pub(crate) fn disjoint(extent: &Extent) -> Vec<(String, String)> {
    let mut ranges = path_ranges(&extent.disjoint());
    ranges.sort();
    ranges
}
