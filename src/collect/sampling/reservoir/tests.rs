use proptest::prelude::*;

use super::*;

const START: u64 = 1_795_330_591;

fn id(number: u128) -> ClientId {
    ClientId(number)
}

fn at(second: u64) -> Time {
    Time((START + second) * SECOND)
}

#[test]
fn a_client_is_24_hexadecimal_digits() {
    assert_eq!(ClientId::parse("d9e25efaf2c6947ebf74dad8"), ClientId::parse("D9E25EFAF2C6947EBF74DAD8"));
    assert!(ClientId::parse("d9e25efaf2c6947ebf74dad8").is_some());
    for text in
        ["", "d9e25efaf2c6947ebf74dad", "d9e25efaf2c6947ebf74dad89", "+9e25efaf2c6947ebf74dad8", "g9e25efaf2c6947ebf74dad8"]
    {
        assert_eq!(ClientId::parse(text), None, "{text}");
    }
}

#[test]
fn one_client_has_all_of_it() {
    let mut reservoir = Reservoir::default();
    for second in [0, 10, 20, 300] {
        let quota = reservoir.report(7, id(1), 3, at(second));
        assert_eq!(quota, Quota { requests: 7, until: Some(START + second + TTL) });
    }
}

#[test]
fn who_joins_has_a_share_when_the_others_have_reported_again() {
    let mut reservoir = Reservoir::default();
    assert_eq!(reservoir.report(10, id(1), 1000, at(0)).requests, 10);
    assert_eq!(reservoir.report(10, id(2), 1000, at(1)), Quota { requests: 0, until: None }, "all is given");
    assert_eq!(reservoir.report(10, id(1), 1000, at(10)).requests, 5);
    assert_eq!(reservoir.report(10, id(2), 1000, at(11)).requests, 5);
}

#[test]
fn who_wants_little_has_that_and_the_others_have_the_rest() {
    let mut reservoir = Reservoir::default();
    for round in [0, 10, 20] {
        for (client, requests) in [(1, 100_000), (2, 20), (3, 0)] {
            reservoir.report(12, id(client), requests, at(round));
        }
    }
    let shares = [1, 2, 3].map(|client| reservoir.share(12, id(client)));
    assert_eq!(shares, [10, 2, 0], "the busy one does not starve the one with two requests a second");
    // What nobody wants is for whoever wants more all at once.
    for (client, requests) in [(1, 10), (2, 20), (3, 0)] {
        reservoir.report(12, id(client), requests, at(30));
    }
    assert_eq!([1, 2, 3].map(|client| reservoir.share(12, id(client))), [4, 5, 3]);
}

#[test]
fn where_there_are_more_clients_than_requests_a_second_it_does_not_go_round() {
    let mut reservoir = Reservoir::default();
    for round in 0..10 {
        let given = [1, 2, 3].map(|client| reservoir.report(1, id(client), 50 * client as u64, at(round * INTERVAL)).requests);
        assert_eq!(given, [1, 0, 0], "round {round}");
    }
}

#[test]
fn a_silent_client_is_forgotten_when_its_quota_has_ended() {
    let mut reservoir = Reservoir::default();
    reservoir.report(4, id(1), 10, at(0));
    assert_eq!(reservoir.report(4, id(2), 10, at(TTL)).requests, 0);
    assert_eq!(reservoir.report(4, id(2), 10, at(TTL + 1)).requests, 4);
    assert_eq!(reservoir.clients.len(), 1);
}

#[test]
fn a_clock_that_is_set_back_does_not_hold_the_reservoir_for_ever() {
    let mut reservoir = Reservoir::default();
    reservoir.report(4, id(1), 10, at(1_000_000));
    assert_eq!(reservoir.report(4, id(2), 10, at(0)).requests, 4);
}

#[test]
fn clients_that_are_made_up_take_bounded_memory_and_no_more_than_a_share_each() {
    let mut reservoir = Reservoir::default();
    reservoir.report(1000, id(0), 10_000, at(0));
    for stranger in 1..100_000 {
        reservoir.report(1000, id(stranger), u64::MAX, at(1));
    }
    assert_eq!(reservoir.clients.len(), MOST_CLIENTS);
    assert_eq!(reservoir.report(1000, id(0), 10_000, at(10)).requests, 3, "its even share");
}

/// What a client has been told and goes by, as SDKs do.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    quota: u32,
    until: u64,
}

/// Reports of clients, some seconds after one another, with so many requests.
fn reports() -> impl Strategy<Value = Vec<(u64, u128, u64)>> {
    let requests = prop_oneof![0_u64..50, 0_u64..100_000, Just(u64::MAX)];
    prop::collection::vec((prop_oneof![0_u64..12, 0_u64..70], 0_u128..8, requests), 1..120)
}

proptest! {
    #[test]
    fn quotas_that_are_good_at_one_time_never_sum_to_more_than_the_reservoir(size in 0_u32..40, reports in reports()) {
        let mut reservoir = Reservoir::default();
        let mut told = [Told::default(); 8];
        let mut second = 0;
        for (later, client, requests) in reports {
            second += later;
            let quota = reservoir.report(size, id(client), requests, at(second));
            prop_assert_eq!(quota.until.is_some(), quota.requests > 0);
            if let Some(until) = quota.until {
                told[client as usize] = Told { quota: quota.requests, until };
            }
            // The SDK for Node ignores a quota of 0, and goes on with what it had while that is good.
            let good: u32 = told.iter().filter(|told| told.until >= START + second).map(|told| told.quota).sum();
            prop_assert!(good <= size, "{good} of {size}: {told:?}");
        }
    }

    #[test]
    fn all_of_it_is_given_when_everybody_has_reported_often_enough(size in 0_u32..200, demands in prop::collection::vec(1_u64..1000, 1..20)) {
        let mut reservoir = Reservoir::default();
        let mut last = Vec::new();
        for round in 0..3 {
            last = demands.iter().enumerate().map(|(client, requests)| {
                reservoir.report(size, id(client as u128), *requests, at(round * INTERVAL)).requests
            }).collect();
        }
        prop_assert_eq!(last.iter().sum::<u32>(), size, "{:?}", last);
        // Nobody has less than an even share of what it wanted.
        let even = u64::from(size) / demands.len() as u64;
        for (quota, requests) in last.iter().zip(&demands) {
            prop_assert!(u64::from(*quota) >= even.min(requests.div_ceil(INTERVAL)), "{:?} of {:?}", last, demands);
        }
    }
}
