//! SCIM 2.0: people and groups as systems that keep them send each other [RFC 7643, RFC 7644].
//!
//! What lives here: what a request says, checked against the schemas that are published, and what an answer says. What does not:
//! who may ask, and what becomes of it. A resource is read into its own type ([`User`], [`Group`]) by way of its [`Definition`],
//! which knows every attribute; filters and PATCH operations are worked out on what is written, so both see what a client sees.
//!
//! Read `definition.rs`, then `filter.rs` and `patch.rs`.

mod bulk;
mod config;
mod definition;
mod error;
mod etag;
mod evaluate;
mod filter;
mod fuzz;
mod group;
mod instant;
mod list;
mod normal;
mod patch;
mod path;
mod projection;
mod published;
mod search;
mod token;
mod user;

pub use bulk::{BulkMethod, BulkOperation, BulkRequest, BulkResult, bulk_response, resolve_references, unresolved};
pub use config::{Limits, resource_type, resource_types, service_provider_config};
pub use definition::{Attribute, Definition, Kind, Meta, Mutability, Returned, Schema, Uniqueness};
pub use error::{ScimError, ScimType};
pub use etag::Precondition;
pub use filter::{Comparison, Filter, Literal, Operator};
pub use fuzz::fuzz;
pub use group::{Group, Member};
pub use list::list_response;
pub use patch::{Patch, PatchOperation, Verb};
pub use path::{AttributePath, PatchPath};
pub use projection::Projection;
pub use published::{GROUP, USER, schema, schemas};
pub use search::Search;
pub use user::{User, body};

/// The type of every request and answer [RFC 7644 §8.1].
pub const MEDIA_TYPE: &str = "application/scim+json";

/// The schema of a user [RFC 7643 §4.1].
pub const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of a group [RFC 7643 §4.2].
pub const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
/// What an enterprise knows of a user besides [RFC 7643 §4.3].
pub const ENTERPRISE_SCHEMA: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
const SEARCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
const PATCH_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";
const BULK_RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";
const CONFIG_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";
const RESOURCE_TYPE_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
const SCHEMA_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
