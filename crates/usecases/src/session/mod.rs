//! Sessions in use: recognising them on every request, listing them, ending them.
//!
//! Here: [`authenticate`], which answers from memory, the ways a session ends, and the browsers that are known. Not here: how one begins (`signin`).

mod authenticate;
mod cache;
mod device;
mod end;
mod list;
mod sign_out;
mod sweep;

pub use authenticate::{Authenticated, authenticate, check};
pub use cache::SessionCache;
pub(crate) use device::asks_to_remember;
pub use device::{
    DeviceView, OwnDevices, decline_memory, forget_device, forget_device_of, list_devices, list_devices_of,
    offered_memory, remember_device,
};
pub(crate) use end::end_in;
pub use end::{end, end_all_others, sign_out_everywhere};
pub use list::{SessionView, list};
pub use sign_out::sign_out;
pub use sweep::sweep;
