//! Detects environment variables with the prefix of this program that are not settings.

use super::Config;
use clap::{Args as _, Command};
use std::ffi::{OsStr, OsString};

/// The prefix of all environment variables that this program reads.
const PREFIX: &str = "TOKENVUE_";
/// The prefix of variables that tests and scripts set for themselves.
const TEST_PREFIX: &str = "TOKENVUE_TEST_";
/// The protocols of a Kubernetes Service's ports.
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];

/// Returns the names of environment variables that have the prefix but name no setting, except
/// those that Kubernetes sets for Services.
pub fn unknown_variables() -> Vec<String> {
    unknown(std::env::vars_os())
}

fn unknown(variables: impl Iterator<Item = (OsString, OsString)>) -> Vec<String> {
    let command = Config::augment_args(Command::new(""));
    let known: Vec<&OsStr> = command
        .get_arguments()
        .filter_map(clap::Arg::get_env)
        .collect();
    let unknown = variables.filter(|(name, _)| !known.contains(&name.as_os_str()));
    let unknown = unknown.filter_map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        let is_meant_for_us = name.starts_with(PREFIX)
            && !name.starts_with(TEST_PREFIX)
            && !is_service_variable(&name, &value.to_string_lossy());
        is_meant_for_us.then_some(name)
    });
    unknown.collect()
}

/// Whether this variable is one that Kubernetes sets in every container of a namespace for a
/// Service whose name starts with `tokenvue` (Kubernetes documentation, "Service", "Environment
/// variables").
///
/// A name like `TOKENVUE_PORT` could also be a mistake, so it counts only with the kind of value
/// that Kubernetes sets: a URL like `tcp://10.0.0.11:8080`.
fn is_service_variable(name: &str, value: &str) -> bool {
    if name.ends_with("_SERVICE_HOST")
        || name.ends_with("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
    {
        return true;
    }
    if name.ends_with("_PORT") && is_port_url(value) {
        return true;
    }
    // NAME_PORT_8080_TCP, optionally followed by _PROTO, _PORT, or _ADDR.
    let parts: Vec<&str> = name.split('_').collect();
    let port = match parts.as_slice() {
        [.., "PORT", port, protocol, "PROTO" | "PORT" | "ADDR"] if is_protocol(protocol) => port,
        [.., "PORT", port, protocol] if is_protocol(protocol) => port,
        _ => return false,
    };
    port.parse::<u16>().is_ok()
}

fn is_protocol(text: &str) -> bool {
    PROTOCOLS.contains(&text)
}

fn is_port_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(protocol, address)| {
        is_protocol(&protocol.to_ascii_uppercase())
            && address
                .rsplit_once(':')
                .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_unknown(name: &str, value: &str) -> bool {
        let variable = (OsString::from(name), OsString::from(value));
        !unknown(std::iter::once(variable)).is_empty()
    }

    #[test]
    fn variables_of_kubernetes_services_are_ignored() {
        for (name, value) in [
            ("TOKENVUE_PORT", "tcp://10.96.0.12:8080"),
            ("TOKENVUE_SERVICE_HOST", "10.96.0.12"),
            ("TOKENVUE_SERVICE_PORT", "8080"),
            ("TOKENVUE_SERVICE_PORT_HTTP", "8080"),
            ("TOKENVUE_SERVICE_PORT_METRICS_INTERNAL", "9090"),
            ("TOKENVUE_PORT_8080_TCP", "tcp://10.96.0.12:8080"),
            ("TOKENVUE_PORT_8080_TCP_PROTO", "tcp"),
            ("TOKENVUE_PORT_8080_TCP_PORT", "8080"),
            ("TOKENVUE_PORT_8080_TCP_ADDR", "10.96.0.12"),
            ("TOKENVUE_PORT_53_UDP_ADDR", "fd00::12"),
            ("TOKENVUE_PORT_3868_SCTP", "sctp://[fd00::12]:3868"),
            ("TOKENVUE_DB_PORT", "tcp://[fd00::12]:5432"),
            ("TOKENVUE_DB_SERVICE_HOST", "10.96.0.13"),
            ("TOKENVUE_DB_PORT_5432_TCP_ADDR", "10.96.0.13"),
            ("TOKENVUE_SMTP_RELAY_SERVICE_PORT", "25"),
            ("TOKENVUE_LISTEN_PORT", "tcp://10.96.0.14:1"),
        ] {
            assert!(!is_unknown(name, value), "{name}");
        }
    }

    #[test]
    fn misspelled_settings_are_not_service_variables() {
        for (name, value) in [
            ("TOKENVUE_LISSEN", "127.0.0.1:8080"),
            ("TOKENVUE_PORT", "8080"),
            ("TOKENVUE_PORT", "127.0.0.1:8080"),
            ("TOKENVUE_PORT", "http://10.0.0.1:8080"),
            ("TOKENVUE_PORT", "tcp://10.0.0.1"),
            ("TOKENVUE_SMTP_PORT", "587"),
            ("TOKENVUE_HOST", "10.96.0.12"),
            ("TOKENVUE_PORTS", "tcp://10.96.0.12:8080"),
            ("TOKENVUE_PORT_HTTP", "8080"),
            ("TOKENVUE_PORT_8080", "8080"),
            ("TOKENVUE_PORT_HTTP_TCP", "8080"),
            ("TOKENVUE_PORT_8080_HTTP", "8080"),
            ("TOKENVUE_PORT_99999_TCP", "tcp://10.96.0.12:99999"),
            ("TOKENVUE_SERVICE_HOSTS", "10.96.0.12"),
            ("TOKENVUE_DB_URL", "postgres://db/team"),
        ] {
            assert!(is_unknown(name, value), "{name}={value}");
        }
    }

    #[test]
    fn settings_and_other_programs_variables_are_known() {
        for name in [
            "TOKENVUE_LISTEN",
            "TOKENVUE_DATABASE_URL",
            "TOKENVUE_TEST_POSTGRES_URL",
            "PATH",
            "TOKENVUEX",
        ] {
            assert!(!is_unknown(name, "x"), "{name}");
        }
    }
}
