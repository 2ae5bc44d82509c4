//! Applications at work, on both engines and on two nodes.

mod backchannel;
mod manage;
mod nodes;
mod support;
mod tokens;
