//! Waking an app through its browser's push service [RFC 8030].
//!
//! Here: [`PushSender`], which encrypts a wake-up for one subscription, signs for it and hands it over. Not here: what it
//! says and to whom it goes (`wardkey_usecases::message`), and which addresses may be called (`outbound`). There is nothing to
//! configure: the address comes from the browser, so it is called like any other that we did not choose.

mod sender;

pub use sender::{NewVapidKey, PushSender, PushSetupError, PushTo, WakeUp, check_subscription};
