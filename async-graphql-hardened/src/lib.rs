#![doc = include_str!("../README.md")]

mod api;
mod complete;
mod document;
mod document_store;
mod documents;
pub mod errors;
mod expansion;
mod in_place;
mod lex;
mod list_sizes;
mod literals;
mod operation_cost;
mod options;
mod paths;
mod persisted;
mod price;
mod reply;
mod rewrite;
mod scan;
mod selection;
mod types;
mod variables;

pub use api::{Api, Operation};
pub use expansion::ExpansionLimits;
pub use in_place::{InPlace, InPlaceList};
pub use operation_cost::CostLimits;
pub use options::{CostRules, Options};
pub use reply::Reply;
pub use scan::{MAX_DEPTH, ScanLimits};
