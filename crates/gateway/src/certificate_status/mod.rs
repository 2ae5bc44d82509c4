//! Asking an authority whether a certificate was revoked [RFC 6960 Appendix A, RFC 5280 §4.2.1.13].
//!
//! Here: the exchange. Not here: what is asked, whether the answer is believed (`wardkey_domain::factor::smartcard`), how long it is
//! remembered (`wardkey_usecases::credential`).

mod client;

pub use client::CertificateStatus;
