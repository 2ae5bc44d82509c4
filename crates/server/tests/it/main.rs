//! The product as a whole, in one test binary: journeys as people make them, guards of what must stay true, and the
//! process under load and under `kill -9`.

#[macro_use]
mod engines;

mod guard;
mod journey;
mod kill;
mod process;
mod running;
