//! `wardkey demo`.

use std::net::IpAddr;
use std::path::PathBuf;

use super::error::CliError;
use crate::config::DEFAULT_PORT;
use crate::demo::{self, Place};

/// Serves a demonstration with made-up people, on this machine only.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder for its database and its phone.
    #[arg(long, value_name = "FOLDER", default_value = "var/demo")]
    directory: PathBuf,
    /// The port to listen at.
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The address to listen at; only one of this machine is accepted.
    #[arg(long, default_value = "127.0.0.1")]
    address: IpAddr,
}

/// Serves the demonstration.
pub async fn run(args: Args) -> Result<(), CliError> {
    demo::run(Place { folder: args.directory, address: args.address, port: args.port }).await
}
