//! `import`: files of any readable format into the local store.

use super::{Context, ask};
use crate::backend::File;
use crate::backend::local::{KeepError, Writer};
use crate::cli::ImportArgs;
use crate::error::{Failure, Kind};
use crate::exit::Exit;
use crate::model::{Span, TraceId};
use crate::render::units;
use crate::ui::Ui;
use crate::wire::Batch;

/// How many spans go into one batch: as many as OpenTelemetry's SDKs send together.
const TOGETHER: usize = 512;
/// How many batches may be on their way to the disk.
const IN_FLIGHT: usize = 16;

/// Reads all files before it writes the first span: a file that cannot be read leaves the store as it was.
pub(crate) async fn run(args: &ImportArgs, context: &Context, ui: &mut Ui) -> Result<Exit, Failure> {
    let mut files = Vec::new();
    for path in &args.files {
        let path = (path.as_os_str() != "-").then_some(path.as_path());
        files.push(File::read(path).map_err(ask::failure)?);
    }
    let settings = &context.settings;
    let (writer, thread) =
        Writer::start(&settings.store, context.retention(), context.clock).map_err(|error| ask::failure(error.into()))?;
    for (path, file) in args.files.iter().zip(files) {
        for note in file.notes() {
            ui.warn(note);
        }
        let traces = file.into_traces();
        let count = traces.len();
        let spans: Vec<(TraceId, Span)> = traces
            .into_iter()
            .flat_map(|trace| {
                let id = trace.id().clone();
                trace.into_spans().into_iter().map(move |span| (id.clone(), span))
            })
            .collect();
        let kept = keep(&writer, &spans, ui).await?;
        ui.note(&format!(
            "{}: {} in {}",
            path.display(),
            units::plural(kept, "span", "spans"),
            units::plural(count, "trace", "traces")
        ));
    }
    drop(writer);
    thread.join().map_err(|_| Failure::new(Kind::Internal, "the store's writer has panicked"))?;
    Ok(Exit::Yes)
}

async fn keep(writer: &Writer, spans: &[(TraceId, Span)], ui: &mut Ui) -> Result<usize, Failure> {
    let mut kept = 0;
    for together in spans.chunks(TOGETHER * IN_FLIGHT) {
        let mut on_their_way = Vec::new();
        for chunk in together.chunks(TOGETHER) {
            let (batch, refused) = Batch::from_spans(chunk);
            for refused in refused {
                ui.warn(&format!("{refused}"));
            }
            kept += batch.rows.len();
            let writer = writer.clone();
            on_their_way.push(tokio::spawn(async move { writer.keep(batch).await }));
        }
        for batch in on_their_way {
            let outcome: Result<(), KeepError> = batch.await.map_err(|error| Failure::from_error(Kind::Internal, error))?;
            outcome.map_err(|error| Failure::from_error(Kind::Unanswerable, error))?;
        }
    }
    Ok(kept)
}
