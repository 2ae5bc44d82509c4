//! A sample of every page, and what must be true of each.
//!
//! Here: pages with made-up contents, rendered strictly and looked over. A page without a sample fails the test. The
//! results are kept in `target/web-samples`, to be looked at. Read next: `checks`, then the sample files.

mod checks;
mod frame;
mod portal;
mod signin;
mod strict;

pub(crate) use frame::frame;
pub(crate) use strict::Misses;

/// A page with made-up contents.
pub(crate) struct Sample {
    /// Tells samples of one template apart.
    pub(crate) name: &'static str,
    /// The page.
    pub(crate) page: crate::page::Page,
    /// The notice above it.
    pub(crate) notice: Option<crate::notice::Notice>,
}

impl Sample {
    pub(crate) fn new(name: &'static str, page: crate::page::Page) -> Self {
        Self { name, page, notice: None }
    }
}
