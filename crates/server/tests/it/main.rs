//! The product as a whole, in one test binary: journeys as people make them, guards of what must stay true, and the
//! process under load and under `kill -9`.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "all of it is tests, also the functions that tests share"
)]

#[macro_use]
mod engines;

mod guard;
mod journey;
mod kill;
mod process;
mod running;
