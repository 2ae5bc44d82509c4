//! One sample.

use crate::notice::Notice;
use crate::page::Page;

/// A page with made-up contents.
pub(crate) struct Sample {
    /// Tells samples of one template apart.
    pub(crate) name: &'static str,
    /// The page.
    pub(crate) page: Page,
    /// The notice above it.
    pub(crate) notice: Option<Notice>,
}

impl Sample {
    pub(crate) fn new(name: &'static str, page: Page) -> Self {
        Self { name, page, notice: None }
    }
}
