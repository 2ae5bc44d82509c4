//! Importing, finding and looking after people.

pub(crate) mod administration;
mod bulk;
mod importing;
mod provisioning;
mod remembered;
mod seeing;

pub(crate) use administration::{Ago, acting, outcome};
