//! Calls against other people's telephones: SIPp (Debian `sip-tester`) as trunk and telephone, and baresip.
//!
//! `sipp.rs` runs SIPp with the scenarios beside it; `phone.rs` is the ear and the finger of the person who is called: the
//! test listens on the port that the scenario names and presses keys when it has heard what it waits for.

mod answers;
mod baresip;
mod log;
mod many;
mod phone;
mod refusals;
mod requests;
mod sipp;
mod tls;
mod world;
