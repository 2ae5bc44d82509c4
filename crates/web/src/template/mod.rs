//! Templates: the environment that renders them.
//!
//! Here: settings that the design system's macros need, and where templates come from. Not here: what a page shows
//! (`page`, `draw`). Read next: `environment`.

#[cfg(test)]
mod conformance;
mod environment;

#[cfg(test)]
pub(crate) use environment::names;
pub(crate) use environment::render;
