//! Certificate authorities in a file, for whatever we call.

use std::path::PathBuf;

use super::reader::Section;

/// The setting `extra_roots` of a section.
pub fn read(section: &mut Section<'_>) -> Option<Vec<u8>> {
    let path: Option<PathBuf> = section.optional(
        "extra_roots",
        "Certificate authorities to trust beside the system's, in PEM.",
        "\"/etc/wardkey/internal-ca.pem\"",
    );
    path.and_then(|path| match std::fs::read(&path) {
        Ok(pem) => Some(pem),
        Err(error) => {
            section.complain("extra_roots", format!("cannot read `{}`: {error}", path.display()));
            None
        }
    })
}
