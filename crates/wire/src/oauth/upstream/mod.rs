//! What a client of another provider writes and reads: we are the relying party here, somebody else is the provider.
//!
//! | Message | Here |
//! |---|---|
//! | the provider's document [OpenID Connect Discovery §4, RFC 9207 §3] | [`ProviderMetadata`] |
//! | the statement by which we authenticate [RFC 7523 §2.2] | [`AssertionClaims`] |
//! | what the token endpoint answers [RFC 6749 §5, OpenID Connect Core §3.1.3.3] | [`TokenAnswer`], [`refusal_code`] |
//! | who has signed in [OpenID Connect Core §3.1.3.7] | [`IdTokenRules`], [`CheckedIdToken`] |
//! | what else is known of them [OpenID Connect Core §5.3.2] | [`userinfo_of`] |

mod answer;
mod assertion;
mod id_token;
mod metadata;
mod userinfo;

pub use answer::{BadTokenAnswer, TokenAnswer, refusal_code};
pub use assertion::{ASSERTION_TOKEN_TYPE, AssertionClaims, LIFE_OF_AN_ASSERTION};
pub use id_token::{CheckedIdToken, IdTokenFault, IdTokenRules, check_answering_issuer};
pub use metadata::{BadProviderMetadata, ProviderMetadata, metadata_address};
pub use userinfo::userinfo_of;
