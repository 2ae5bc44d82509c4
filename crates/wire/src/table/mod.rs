//! Tables in files: our own CSV of organisations and accounts, the hardware tokens of a maker, and the public ODS report `epraccur`.
//!
//! What lives here: bytes in, records with line numbers out, one clear error per broken row. What does not: whether a
//! record makes sense (`domain::directory`) and what is done with it. Files are read in pieces, so their size does not
//! matter; one row is at most 64 KiB. Read `rows.rs` first [RFC 4180].

mod accounts;
mod addresses;
mod epraccur;
mod error;
mod fuzz;
mod header;
mod organisations;
mod rows;
mod tokens;

pub use accounts::{AccountRecord, Accounts};
pub use addresses::Addresses;
pub use epraccur::{Epraccur, EpraccurRow};
pub use error::{TableError, TableFault};
pub use fuzz::fuzz;
pub use organisations::{OrganisationRecord, Organisations};
pub use rows::{Row, Rows};
pub use tokens::{TokenRecord, Tokens};
