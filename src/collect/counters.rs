//! What came in and what became of it, as plain numbers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Declares the counters and their snapshot together, so that neither can have a number that the other lacks.
macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The live counters of one receiver; shared by all its tasks.
        #[derive(Debug, Default)]
        pub(super) struct Counters {
            $(pub(super) $name: Counter,)*
            /// The UDP socket, while it is open: what the kernel dropped there is asked of the kernel.
            xray: Mutex<Option<SocketAddr>>,
        }

        /// The counters at one moment. All of them begin at zero when the receiver starts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct Snapshot {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Counters {
            /// Reads every counter once. They are read one after the other: while requests are in flight, sums may be off by those.
            pub(super) fn snapshot(&self) -> Snapshot {
                self.ask_kernel();
                Snapshot { $($name: self.$name.get(),)* }
            }
        }
    };
}

counters! {
    /// Requests on the ports of OTLP (over HTTP and gRPC) and Zipkin, whatever they asked for.
    http_requests,
    /// Bytes of request bodies on these ports, as sent (compressed, and with the five bytes in front of a message of gRPC).
    http_bytes,
    /// Trace requests of which everything was kept that could be.
    trace_requests_kept,
    /// Spans that arrived by OTLP or as Zipkin's and are kept.
    spans_kept,
    /// Spans that arrived in a request that was kept, and were refused one by one (`partial_success`).
    spans_refused,
    /// Requests to `/v1/metrics` or `MetricsService`: answered with success and dropped.
    metrics_requests,
    /// Requests to `/v1/logs` or `LogsService`.
    logs_requests,
    /// Log records that carry a trace id and are kept.
    log_records_kept,
    /// Log records of traces that were refused one by one (`partial_success`).
    log_records_refused,
    /// Log records that carry no trace id: accepted and dropped.
    log_records_without_trace,
    /// Refused with 400, or by gRPC with `INVALID_ARGUMENT` or `INTERNAL`: the body could not be decoded, or was not one message.
    refused_malformed,
    /// Refused with 413 or `RESOURCE_EXHAUSTED`: larger than the limits, before or after decompression.
    refused_too_large,
    /// Refused with 415 or `UNIMPLEMENTED`: a content type or encoding that is not spoken here.
    refused_unsupported,
    /// Refused with 403: a web page of a foreign origin asked.
    refused_origin,
    /// Refused with 401: the token was missing or wrong.
    refused_unauthorized,
    /// Refused with 404, 405 or 505, or with `UNIMPLEMENTED`: nothing of the kind is here.
    refused_unknown,
    /// Refused with 408 or `DEADLINE_EXCEEDED`, or cut off: the body did not arrive in time or not to its end, or the client hung up before its
    /// answer.
    refused_incomplete,
    /// Refused with 503 or `UNAVAILABLE`: too much was in flight, or the sink was busy.
    refused_busy,
    /// Refused with 503 or `UNAVAILABLE` (or 500 or `INTERNAL`): the sink could not keep it. These are the store's failures.
    refused_failed,
    /// Connections that could not be accepted, for want of file descriptors and the like.
    accept_errors,
    /// TLS handshakes that failed or took too long.
    tls_failures,
    /// X-Ray datagrams read from the socket.
    datagrams,
    /// Their bytes.
    datagram_bytes,
    /// Datagrams without a line break: header or document is missing.
    datagrams_without_document,
    /// Datagrams whose first line is not `{"format": "json", "version": 1}`.
    datagrams_bad_header,
    /// Datagrams with a good header and nothing but white space behind it.
    datagrams_empty,
    /// Datagrams that the kernel dropped because its buffer was full, where the system tells (Linux).
    datagrams_dropped_by_kernel,
    /// Times that reading the UDP socket failed.
    datagram_errors,
    /// X-Ray documents with a good header, in datagrams.
    documents,
    /// Of these: kept.
    documents_kept,
    /// Of these: not a segment document, or one of whose parts was refused.
    documents_refused,
    /// Of these: dropped because too much was waiting for the sink.
    documents_dropped_busy,
    /// Of these: lost because the sink failed again and again, or stopped answering.
    documents_lost,
    /// Segments and subsegments in the kept documents.
    segments_kept,
    /// Calls of `GetSamplingRules` and `SamplingTargets`.
    sampling_requests,
    /// Of these: passed on to AWS, and answered with an error that is not the asker's own, by AWS or because nothing was heard of it.
    sampling_unanswered,
    /// Times that the file of sampling rules had changed and was read again.
    sampling_rules_read,
    /// Times that it had changed and could not be used, so that the rules of before stayed.
    sampling_rules_refused,
}

impl Counters {
    /// The UDP socket is open, or about to be closed.
    pub(super) fn watch_kernel(&self, xray: Option<SocketAddr>) {
        self.ask_kernel();
        *self.xray.lock().unwrap_or_else(PoisonError::into_inner) = xray;
    }

    fn ask_kernel(&self) {
        let xray = *self.xray.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dropped) = xray.and_then(super::xray::dropped_by_kernel) {
            self.datagrams_dropped_by_kernel.set(dropped);
        }
    }
}

impl Snapshot {
    /// Documents that were received and whose fate is still open.
    pub fn documents_pending(&self) -> u64 {
        let settled = [self.documents_kept, self.documents_refused, self.documents_dropped_busy, self.documents_lost];
        settled.into_iter().fold(self.documents, u64::saturating_sub)
    }

    /// Everything that was sent by UDP, whose senders cannot know, and is not in the store.
    pub fn documents_missing(&self) -> u64 {
        let missing = [
            self.datagrams_without_document,
            self.datagrams_bad_header,
            self.datagrams_empty,
            self.datagrams_dropped_by_kernel,
            self.documents_refused,
            self.documents_dropped_busy,
            self.documents_lost,
        ];
        missing.into_iter().fold(0, u64::saturating_add)
    }
}

/// One number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub(super) fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub(super) fn add(&self, more: usize) {
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    /// For a number that somebody else counts: takes it over.
    pub(super) fn set(&self, to: u64) {
        self.0.store(to, Ordering::Relaxed);
    }

    /// As of now.
    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_pending_until_its_fate_is_known() {
        let counters = Counters::default();
        counters.documents.add(10);
        counters.documents_kept.add(5);
        counters.documents_refused.one();
        assert_eq!(counters.snapshot().documents_pending(), 4);
        counters.documents_lost.add(4);
        counters.datagrams_dropped_by_kernel.set(3);
        let last = counters.snapshot();
        assert_eq!((last.documents_pending(), last.documents_missing()), (0, 8));
    }
}
