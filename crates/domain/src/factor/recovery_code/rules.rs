//! How many codes there are.

/// How many codes somebody is given at once.
pub const SET_SIZE: usize = 10;

/// With so many left or fewer, whoever has them is asked to make new ones.
pub const FEW_LEFT: usize = 2;
