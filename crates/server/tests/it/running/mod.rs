//! The real process: its configuration, its listeners, its start and its stop.

mod compromise;
mod config;
mod demo;
mod limits;
mod log;
mod monitoring;
mod nodes;
mod people;
mod proxy;
mod stop;
mod tls;
