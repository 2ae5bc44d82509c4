//! Conditional access: publishing policies, and what they come to.

mod publishing;
