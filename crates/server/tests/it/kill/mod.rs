//! `kill -9` at random moments under load: nothing that was acknowledged is lost, and nothing is accepted twice.

mod courier;
mod ledger;
mod load;
mod power_cut;
