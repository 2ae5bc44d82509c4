//! Parts of a message that must not leak: wiped when dropped, never printed, compared in constant time.

use std::fmt;

use zeroize::Zeroize;

/// A client secret, a code, a token or a private key inside a parsed message.
///
/// This crate knows no other crate of ours, so it has its own small wrapper: whoever reads the message moves the value
/// into theirs with [`Sensitive::expose`].
#[derive(Clone)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. Every call is a place where it could leak.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(..)")
    }
}

// SECURITY: constant time in the contents; the length is not a secret.
impl<T: Zeroize + AsRef<[u8]>> PartialEq for Sensitive<T> {
    fn eq(&self, other: &Self) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_ref(), other.0.as_ref()).is_ok()
    }
}

impl<T: Zeroize + AsRef<[u8]>> Eq for Sensitive<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sensitive_value_does_not_print_itself() {
        assert_eq!(format!("{:?}", Sensitive::new("hunter2".to_owned())), "Sensitive(..)");
    }

    #[test]
    fn equal_values_are_equal() {
        assert_eq!(Sensitive::new("a".to_owned()), Sensitive::new("a".to_owned()));
        assert_ne!(Sensitive::new("a".to_owned()), Sensitive::new("b".to_owned()));
        assert_ne!(Sensitive::new("a".to_owned()), Sensitive::new("ab".to_owned()));
    }
}
