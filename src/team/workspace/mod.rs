//! Workspaces: creating them and changing their settings.

pub mod create;
pub mod switch;
pub mod update;
