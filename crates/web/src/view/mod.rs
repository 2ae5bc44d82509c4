//! View structs: what templates see. Domain types never reach a template; each view converts from them.
//!
//! Here: the views that many pages share. A page's own view stands next to its handler. Read next: `PersonView`.

mod help;
mod moment;
mod person;
mod rules;

pub(crate) use help::HelpView;
pub use moment::moment;
pub(crate) use person::PersonView;
pub(crate) use rules::RulesView;
