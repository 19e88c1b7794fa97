//! Lists of IDs in statements.

use uuid::Uuid;

/// Repeats the last ID until the length is a power of two. Otherwise, each length would be a
/// statement of its own and fill the caches of prepared statements.
pub(super) fn padded(ids: &[Uuid]) -> Vec<Uuid> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), *last);
    }
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padded_lengths_are_powers_of_two() {
        let ids: Vec<_> = (0..5).map(Uuid::from_u128).collect();
        assert_eq!(padded(&ids).len(), 8);
        assert_eq!(padded(&ids[..1]).len(), 1);
        assert_eq!(padded(&[]).len(), 0);
    }
}
