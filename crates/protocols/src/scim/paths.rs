//! Where everything is, below the issuer.

/// Below this lies all of it.
pub const BASE: &str = "/scim/v2";
/// People.
pub const USERS: &str = "/scim/v2/Users";
/// A search for people.
pub const SEARCH_USERS: &str = "/scim/v2/Users/.search";
/// One of them.
pub const USER: &str = "/scim/v2/Users/{id}";
/// Groups.
pub const GROUPS: &str = "/scim/v2/Groups";
/// A search for groups.
pub const SEARCH_GROUPS: &str = "/scim/v2/Groups/.search";
/// One of them.
pub const GROUP: &str = "/scim/v2/Groups/{id}";
/// A search for both.
pub const SEARCH: &str = "/scim/v2/.search";
/// Several operations at once.
pub const BULK: &str = "/scim/v2/Bulk";
/// Whoever asks.
pub const ME: &str = "/scim/v2/Me";
/// What the server does of the standard.
pub const CONFIG: &str = "/scim/v2/ServiceProviderConfig";
/// The kinds of resources.
pub const RESOURCE_TYPES: &str = "/scim/v2/ResourceTypes";
/// One of them.
pub const RESOURCE_TYPE: &str = "/scim/v2/ResourceTypes/{id}";
/// The schemas.
pub const SCHEMAS: &str = "/scim/v2/Schemas";
/// One of them.
pub const SCHEMA: &str = "/scim/v2/Schemas/{id}";
/// Anything else.
pub const REST: &str = "/scim/v2/{*rest}";
