//! Conditional access: publishing policies, named locations, exceptions and compromised accounts.

mod compromise;
pub(crate) mod compromise_support;
mod exception;
mod exception_support;
mod lift_pin;
mod location_keeping;
mod location_requests;
mod location_support;
mod long;
mod postponement;
mod publishing;
mod random;
mod side_doors;
