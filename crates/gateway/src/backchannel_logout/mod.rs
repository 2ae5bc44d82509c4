//! Telling an application's server that a session has ended [OpenID Connect Back-Channel Logout 1.0].
//!
//! Here: the signed statement and its delivery. Not here: which application must hear, and when to try again
//! (`wardkey_usecases::application`).

mod notice;

pub use notice::{Notice, NoticeError, SigningMaterial, deliver};
