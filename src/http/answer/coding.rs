//! Which coding a request gets (RFC 9110 §12.5.3).

use axum::http::{HeaderMap, header};

use super::super::language::weighted;
use crate::publish::{Coding, Published};

/// The coding that the reader would rather have, and of equals the one of the fewest bytes. As it is, where the reader says
/// nothing of codings, or refuses all that we have.
pub(super) fn chosen(published: &Published, asked: &HeaderMap) -> Coding {
    if !asked.contains_key(header::ACCEPT_ENCODING) {
        return Coding::Identity;
    }
    let weights = Weights::of(asked);
    let better = |best: Coding, other: Coding| {
        let size = |coding| published.coded(coding).bytes.len();
        let by_weight = weights.get(other).total_cmp(&weights.get(best));
        let is_better = by_weight.then_with(|| size(best).cmp(&size(other))).is_gt();
        if weights.get(other) > 0.0 && is_better { other } else { best }
    };
    Coding::ALL.into_iter().fold(Coding::Identity, better)
}

/// How much the reader wants each coding, from 0 to 1.
struct Weights {
    named: [Option<f32>; Coding::ALL.len()],
    any: Option<f32>,
}

impl Weights {
    fn of(asked: &HeaderMap) -> Self {
        let mut weights = Self { named: [None; Coding::ALL.len()], any: None };
        let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        for item in lines.flat_map(|line| line.split(',')) {
            let (name, weight) = weighted(item);
            // RFC 9110 §8.4.1.3.
            let name = if name.eq_ignore_ascii_case("x-gzip") { "gzip" } else { name };
            let place = Coding::ALL.iter().position(|coding| coding.token().eq_ignore_ascii_case(name));
            match place {
                Some(place) => weights.named[place] = Some(weight),
                None if name == "*" => weights.any = Some(weight),
                None => {}
            }
        }
        weights
    }

    fn get(&self, coding: Coding) -> f32 {
        let place = Coding::ALL.iter().position(|it| *it == coding);
        let named = place.and_then(|place| self.named[place]);
        match coding {
            // Always acceptable if not refused, but nobody's wish if not named.
            Coding::Identity => named.unwrap_or(0.0),
            Coding::Gzip | Coding::Brotli | Coding::Zstd => named.or(self.any).unwrap_or(0.0),
        }
    }
}
