//! `wasi:filesystem`. The first preopened directory is empty and may be written. With the argument `revoked` the host takes it back when
//! it reads so on standard output.

use guests_0_3::wasi::cli::environment;
use guests_0_3::wasi::clocks::system_clock::Instant;
use guests_0_3::wasi::filesystem::preopens;
use guests_0_3::wasi::filesystem::types::*;
use guests_0_3::{export, exports, flush, print, read_all, report::Report, write_with};

struct Program;

const TYPES: Report = Report { interface: "wasi:filesystem/types@0.3", print };

impl exports::wasi::cli::run::Guest for Program {
    async fn run() -> Result<(), ()> {
        let mut directories = preopens::get_directories();
        let names: Vec<_> = directories.iter().map(|(_, name)| name).collect();
        Report { interface: "wasi:filesystem/preopens@0.3", print }.ok("get-directories", names);
        let (root, _) = directories.remove(0);
        if environment::get_arguments().get(1).is_some_and(|argument| argument == "revoked") {
            revoked(&root).await;
            flush().await;
            return Ok(());
        }
        open(&root).await;
        flush().await;
        let file = root.open_at(PathFlags::empty(), "file".to_string(), OpenFlags::empty(), READ_WRITE).await.map_err(|_| ())?;
        let read_only = root.open_at(PathFlags::empty(), "file".to_string(), OpenFlags::empty(), DescriptorFlags::READ).await.map_err(|_| ())?;
        contents(&root, &file, &read_only).await;
        flush().await;
        streams(&root, &file, &read_only).await;
        flush().await;
        facts(&root, &file, &read_only).await;
        flush().await;
        names_of(&root, &file).await;
        flush().await;
        list(&root, &file).await;
        flush().await;
        Ok(())
    }
}

const READ_WRITE: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);
const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;

async fn open(root: &Descriptor) {
    let open = async |path: &str, open: OpenFlags, flags: DescriptorFlags| {
        TYPES.handle("[method]descriptor.open-at", root.open_at(PathFlags::empty(), path.to_string(), open, flags).await);
    };
    let (none, read) = (OpenFlags::empty(), DescriptorFlags::READ);
    open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ_WRITE).await;
    open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ_WRITE).await;
    open("file", OpenFlags::DIRECTORY, read).await;
    open("missing", none, read).await;
    open("missing/file", OpenFlags::CREATE, READ_WRITE).await;
    open("file/file", none, read).await;
    open(".", none, read).await;
    open("..", none, read).await;
    open("../file", none, read).await;
    open("/file", none, read).await;
    open("/", none, read).await;
    open("", none, read).await;
    open("nul\0byte", none, read).await;
    open(&"n".repeat(300), none, read).await;
    open(".", none, READ_WRITE).await;
    open(".", OpenFlags::CREATE, READ_WRITE).await;
}

async fn contents(root: &Descriptor, file: &Descriptor, read_only: &Descriptor) {
    TYPES.case("[method]descriptor.set-size", file.set_size(8).await);
    TYPES.case("[method]descriptor.set-size", read_only.set_size(8).await);
    TYPES.case("[method]descriptor.set-size", root.set_size(8).await);
    TYPES.case("[method]descriptor.set-size", file.set_size(u64::MAX).await);
    TYPES.case("[method]descriptor.advise", file.advise(0, 10, Advice::WillNeed).await);
    TYPES.case("[method]descriptor.advise", root.advise(0, 10, Advice::WillNeed).await);
    TYPES.case("[method]descriptor.sync", file.sync().await);
    TYPES.case("[method]descriptor.sync", read_only.sync().await);
    TYPES.case("[method]descriptor.sync", root.sync().await);
    TYPES.case("[method]descriptor.sync-data", file.sync_data().await);
    TYPES.case("[method]descriptor.sync-data", read_only.sync_data().await);
    TYPES.case("[method]descriptor.sync-data", root.sync_data().await);
}

async fn streams(root: &Descriptor, file: &Descriptor, read_only: &Descriptor) {
    let bytes = |text: &str| text.as_bytes().to_vec();
    TYPES.case("[method]descriptor.write-via-stream", write_with(bytes("some content"), |data| file.write_via_stream(data, 0)).await);
    TYPES.case("[method]descriptor.write-via-stream", write_with(bytes("!"), |data| file.write_via_stream(data, 15)).await);
    TYPES.case("[method]descriptor.write-via-stream", write_with(bytes("refused"), |data| read_only.write_via_stream(data, 0)).await);
    TYPES.case("[method]descriptor.write-via-stream", write_with(bytes("refused"), |data| root.write_via_stream(data, 0)).await);
    TYPES.case("[method]descriptor.write-via-stream", write_with(bytes("too far"), |data| file.write_via_stream(data, u64::MAX - 1)).await);
    TYPES.case("[method]descriptor.append-via-stream", write_with(bytes("-end"), |data| file.append_via_stream(data)).await);
    TYPES.case("[method]descriptor.append-via-stream", write_with(bytes("refused"), |data| read_only.append_via_stream(data)).await);
    TYPES.case("[method]descriptor.append-via-stream", write_with(bytes("refused"), |data| root.append_via_stream(data)).await);
    let (text, end) = read_all(file.read_via_stream(0)).await;
    TYPES.map("[method]descriptor.read-via-stream", end, |()| text);
    let (text, end) = read_all(file.read_via_stream(100)).await;
    TYPES.map("[method]descriptor.read-via-stream", end, |()| text);
    TYPES.case("[method]descriptor.read-via-stream", read_all(root.read_via_stream(0)).await.1);
    let write_only = root.open_at(PathFlags::empty(), "file".to_string(), OpenFlags::empty(), DescriptorFlags::WRITE).await.unwrap();
    TYPES.case("[method]descriptor.read-via-stream", read_all(write_only.read_via_stream(0)).await.1);
    TYPES.case("[method]descriptor.read-via-stream", read_all(file.read_via_stream(u64::MAX)).await.1);
}

async fn facts(root: &Descriptor, file: &Descriptor, read_only: &Descriptor) {
    for descriptor in [root, file, read_only] {
        TYPES.case("[method]descriptor.get-type", descriptor.get_type().await);
        TYPES.case("[method]descriptor.get-flags", descriptor.get_flags().await);
    }
    let at = |seconds, nanoseconds| NewTimestamp::Timestamp(Instant { seconds, nanoseconds });
    TYPES.case("[method]descriptor.set-times", file.set_times(at(1_000, 5_000), at(1_000_000, 0)).await);
    TYPES.case("[method]descriptor.stat", file.stat().await.map(stat));
    TYPES.case("[method]descriptor.set-times", file.set_times(NewTimestamp::NoChange, at(3, 0)).await);
    TYPES.case("[method]descriptor.stat", file.stat().await.map(stat));
    TYPES.case("[method]descriptor.set-times", file.set_times(at(4, 2_000_000_000), NewTimestamp::NoChange).await);
    TYPES.case("[method]descriptor.set-times", file.set_times(at(i64::MAX, 0), NewTimestamp::NoChange).await);
    // how far times reach is the affair of the file system
    file.set_times(at(6, 0), NewTimestamp::NoChange).await.unwrap();
    TYPES.case("[method]descriptor.set-times", read_only.set_times(NewTimestamp::NoChange, at(3, 0)).await);
    TYPES.case("[method]descriptor.stat", root.stat().await.map(|stat| stat.type_));

    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "file".to_string()).await.map(stat));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "missing".to_string()).await.map(stat));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "../file".to_string()).await.map(stat));
    TYPES.case("[method]descriptor.stat-at", file.stat_at(FOLLOW, "file".to_string()).await.map(stat));
    TYPES.case("[method]descriptor.set-times-at", root.set_times_at(FOLLOW, "file".to_string(), at(7, 0), at(8, 0)).await);
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "file".to_string()).await.map(stat));
    TYPES.case("[method]descriptor.set-times-at", root.set_times_at(FOLLOW, "missing".to_string(), at(7, 0), at(8, 0)).await);
    TYPES.case("[method]descriptor.set-times-at", root.set_times_at(FOLLOW, "file".to_string(), at(7, 1_000_000_000), at(8, 0)).await);

    TYPES.ok("[method]descriptor.is-same-object", (file.is_same_object(read_only).await, file.is_same_object(root).await));
    let hash = |value: MetadataHashValue| (value.lower, value.upper);
    let of_file = file.metadata_hash().await.map(hash).unwrap();
    TYPES.case("[method]descriptor.metadata-hash", read_only.metadata_hash().await.map(|value| hash(value) == of_file));
    TYPES.case("[method]descriptor.metadata-hash", root.metadata_hash().await.map(|value| hash(value) == of_file));
    TYPES.case("[method]descriptor.metadata-hash-at", root.metadata_hash_at(FOLLOW, "file".to_string()).await.map(|value| hash(value) == of_file));
    TYPES.case("[method]descriptor.metadata-hash-at", root.metadata_hash_at(FOLLOW, "missing".to_string()).await.map(hash));
}

async fn names_of(root: &Descriptor, file: &Descriptor) {
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("folder".to_string()).await);
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("folder".to_string()).await);
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("../folder".to_string()).await);
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("missing/folder".to_string()).await);
    TYPES.case("[method]descriptor.create-directory-at", file.create_directory_at("folder".to_string()).await);

    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("file".to_string(), "link".to_string()).await);
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("file".to_string(), "link".to_string()).await);
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("/file".to_string(), "absolute".to_string()).await);
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("../file".to_string(), "outside".to_string()).await);
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("loop".to_string(), "loop".to_string()).await);
    TYPES.case("[method]descriptor.readlink-at", root.readlink_at("link".to_string()).await);
    TYPES.case("[method]descriptor.readlink-at", root.readlink_at("file".to_string()).await);
    TYPES.case("[method]descriptor.readlink-at", root.readlink_at("missing".to_string()).await);
    TYPES.case("[method]descriptor.stat-at", root.stat_at(PathFlags::empty(), "link".to_string()).await.map(|stat| stat.type_));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "link".to_string()).await.map(|stat| stat.type_));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "outside".to_string()).await.map(|stat| stat.type_));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "loop".to_string()).await.map(|stat| stat.type_));
    let open = async |flags, path: &str| root.open_at(flags, path.to_string(), OpenFlags::empty(), DescriptorFlags::READ).await;
    TYPES.handle("[method]descriptor.open-at", open(FOLLOW, "link").await);
    TYPES.handle("[method]descriptor.open-at", open(PathFlags::empty(), "link").await);

    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "file".to_string(), root, "hard".to_string()).await);
    TYPES.case("[method]descriptor.stat", file.stat().await.map(|stat| stat.link_count));
    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "file".to_string(), root, "hard".to_string()).await);
    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "missing".to_string(), root, "other".to_string()).await);
    TYPES.case("[method]descriptor.link-at", root.link_at(FOLLOW, "link".to_string(), root, "other".to_string()).await);
    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "folder".to_string(), root, "other".to_string()).await);

    let folder = root.open_at(PathFlags::empty(), "folder".to_string(), OpenFlags::DIRECTORY, DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY).await.unwrap();
    TYPES.case("[method]descriptor.rename-at", root.rename_at("hard".to_string(), &folder, "moved".to_string()).await);
    TYPES.case("[method]descriptor.rename-at", root.rename_at("hard".to_string(), &folder, "moved".to_string()).await);
    TYPES.case("[method]descriptor.rename-at", root.rename_at("folder".to_string(), &folder, "folder".to_string()).await);
    TYPES.case("[method]descriptor.rename-at", root.rename_at("file".to_string(), root, "folder".to_string()).await);
    TYPES.case("[method]descriptor.rename-at", root.rename_at("file".to_string(), root, "../file".to_string()).await);

    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("folder".to_string()).await);
    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("file".to_string()).await);
    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("missing".to_string()).await);
    TYPES.case("[method]descriptor.unlink-file-at", root.unlink_file_at("folder".to_string()).await);
    TYPES.case("[method]descriptor.unlink-file-at", folder.unlink_file_at("../file".to_string()).await);
    TYPES.case("[method]descriptor.unlink-file-at", folder.unlink_file_at("moved".to_string()).await);
    TYPES.case("[method]descriptor.unlink-file-at", folder.unlink_file_at("moved".to_string()).await);
    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("folder".to_string()).await);
}

async fn list(root: &Descriptor, file: &Descriptor) {
    let (entries, end) = file.read_directory();
    TYPES.map("[method]descriptor.read-directory", {
        let found = entries.collect().await.len();
        end.await.map(|()| found)
    }, |found| *found);
    let (entries, end) = root.read_directory();
    let mut found: Vec<_> = entries.collect().await.into_iter().map(|entry| format!("{}: {:?}", entry.name, entry.type_)).collect();
    found.sort();
    TYPES.map("[method]descriptor.read-directory", end.await, |()| found);
}

/// What was open when the directory was taken back.
async fn revoked(root: &Descriptor) {
    let file = root.open_at(PathFlags::empty(), "file".to_string(), OpenFlags::CREATE, READ_WRITE).await.unwrap();
    print("revoke\n");
    flush().await;
    TYPES.case("[method]descriptor.sync-data", file.sync_data().await);
    TYPES.case("[method]descriptor.get-flags", file.get_flags().await.map(drop));
    TYPES.case("[method]descriptor.get-type", file.get_type().await);
    TYPES.case("[method]descriptor.sync", file.sync().await);
    TYPES.case("[method]descriptor.stat", file.stat().await.map(drop));
    TYPES.case("[method]descriptor.metadata-hash", file.metadata_hash().await.map(drop));
    let again = root.open_at(PathFlags::empty(), "file".to_string(), OpenFlags::empty(), READ_WRITE);
    TYPES.handle("[method]descriptor.open-at", again.await);
}

fn stat(stat: DescriptorStat) -> (DescriptorType, u64, u64, Option<(i64, u32)>, Option<(i64, u32)>, bool) {
    let pair = |time: Option<Instant>| time.map(|time| (time.seconds, time.nanoseconds));
    let (accessed, modified) = (pair(stat.data_access_timestamp), pair(stat.data_modification_timestamp));
    (stat.type_, stat.link_count, stat.size, accessed, modified, stat.status_change_timestamp.is_some())
}

export!(Program);
