//! A sample of every page, and what must be true of each.
//!
//! Here: pages with made-up contents, rendered strictly and looked over. A page without a sample fails the test. The
//! results are kept in `target/web-samples`, to be looked at. Read next: `checks`, then the sample files.

mod app;
mod checks;
mod frame;
mod portal;
mod sample;
mod signin;
mod strict;

pub(crate) use frame::frame;
pub(crate) use sample::Sample;
pub(crate) use strict::Misses;
