//! The binary `wardkey`.
//!
//! What lives here: everything that touches the machine: configuration, clock, randomness, listeners, signals, the command
//! line. What does not: rules, pages, messages. Start with `cli/command.rs`, then `serving.rs` and `wiring.rs`.

mod cli;
mod clock;
mod config;
mod demo;
mod health;
mod listen;
mod networks;
mod random;
mod serving;
mod telemetry;
mod wiring;

use std::process::ExitCode;

use clap::Parser as _;

/// A request makes many small allocations, and the system's own allocator took a sixth of a busy server's time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match cli::Cli::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wardkey: {error}");
            error.exit_code()
        }
    }
}
