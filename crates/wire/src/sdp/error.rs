//! Why a description cannot be used.

/// Why a description cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSdp {
    /// It is longer than any honest one.
    #[error("the description is too long")]
    TooLong,
    /// It is not text, or a line is not `letter=value`.
    #[error("the description is malformed")]
    Malformed,
    /// It does not begin with `v=0`.
    #[error("the description is of another version")]
    Version,
    /// It has no stream of sound.
    #[error("the description has no audio")]
    NoAudio,
    /// Its sound is refused: port 0 [RFC 3264 §6].
    #[error("the audio is refused")]
    Refused,
    /// Its sound travels over something else than plain RTP.
    #[error("the audio is not plain RTP")]
    Profile,
    /// It has no address, or one that nothing can be sent to: a name, multicast, port or number out of range.
    #[error("the description has no address that can be sent to")]
    Address,
    /// It has neither A-law nor μ-law.
    #[error("the description has no codec that we speak")]
    NoCodec,
}
