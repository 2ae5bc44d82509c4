//! Conditional access: publishing policies, what they come to, and named locations.

mod location_keeping;
mod location_requests;
mod publishing;
mod support;
