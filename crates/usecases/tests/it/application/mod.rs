//! Applications at work, on both engines and on two nodes.

mod admit;
mod backchannel;
mod deed;
mod manage;
mod nodes;
pub(crate) mod support;
mod tokens;
