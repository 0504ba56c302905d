//! Async functions, streams and futures: a desk with a dictionary that is somebody else's.

wit_bindgen::generate!({ path: "../wit/words.wit", world: "reader" });

use exports::tenon::words::desk::Guest;
use futures::future::try_join_all;
use tenon::words::dictionary::{entries, look_up};
use wit_bindgen::{FutureReader, StreamReader, StreamResult, StreamWriter, spawn_local};

struct Desk;

impl Guest for Desk {
    async fn explain(words: Vec<String>) -> Result<Vec<String>, String> {
        try_join_all(words.into_iter().map(look_up)).await
    }

    async fn browse(beginning: String) -> StreamReader<String> {
        entries(beginning).await
    }

    async fn shout(mut text: StreamReader<u8>) -> (StreamReader<u8>, FutureReader<u64>) {
        let (mut out, shouted) = wit_stream::new();
        let (told, length) = wit_future::new(|| 0);
        spawn_local(async move {
            let mut count = 0;
            while let Some(chunk) = next_chunk(&mut text).await {
                count += chunk.len() as u64;
                if !out.write_all(chunk.to_ascii_uppercase()).await.is_empty() {
                    break; // nobody reads on
                }
            }
            drop(out);
            let _ = told.write(count).await;
        });
        (shouted, length)
    }

    async fn split(mut text: StreamReader<u8>) -> StreamReader<String> {
        let (mut out, words) = wit_stream::new();
        spawn_local(async move {
            let mut begun = Vec::new();
            while let Some(chunk) = next_chunk(&mut text).await {
                let mut parts = chunk.split(u8::is_ascii_whitespace);
                begun.extend_from_slice(parts.next().unwrap_or_default());
                for part in parts {
                    if !send(&mut out, std::mem::replace(&mut begun, part.to_vec())).await {
                        return;
                    }
                }
            }
            send(&mut out, begun).await;
        });
        words
    }

    async fn welcome(name: FutureReader<String>) -> String {
        format!("Welcome, {}!", name.await)
    }

    async fn stare() {
        let (mut kept, mut wall) = wit_stream::new::<u8>();
        next_chunk(&mut wall).await;
        let _ = kept.write_all(Vec::new()).await;
    }
}

/// `None` at the end of the text.
async fn next_chunk(text: &mut StreamReader<u8>) -> Option<Vec<u8>> {
    let (status, chunk) = text.read(Vec::with_capacity(4096)).await;
    (status != StreamResult::Dropped || !chunk.is_empty()).then_some(chunk)
}

/// Whether somebody reads on.
async fn send(out: &mut StreamWriter<String>, word: Vec<u8>) -> bool {
    word.is_empty() || out.write_one(String::from_utf8_lossy(&word).into_owned()).await.is_none()
}

export!(Desk);
