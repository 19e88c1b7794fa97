//! Workspaces: creating them and changing their settings.

pub mod create;
pub mod update;
