//! `wasi:filesystem`. The first preopened directory is empty and may be written. With the argument `revoked` the host takes it back when
//! it reads so on standard output.

use guests_0_2::wasi::cli::environment;
use guests_0_2::wasi::clocks::wall_clock::Datetime;
use guests_0_2::wasi::filesystem::preopens;
use guests_0_2::wasi::filesystem::types::*;
use guests_0_2::wasi::io::streams::StreamError;
use guests_0_2::{export, exports, print, report::Report};

struct Program;

const TYPES: Report = Report { interface: "wasi:filesystem/types@0.2", print };

impl exports::wasi::cli::run::Guest for Program {
    fn run() -> Result<(), ()> {
        let mut directories = preopens::get_directories();
        let names: Vec<_> = directories.iter().map(|(_, name)| name).collect();
        Report { interface: "wasi:filesystem/preopens@0.2", print }.ok("get-directories", names);
        let (root, _) = directories.remove(0);
        if environment::get_arguments().get(1).is_some_and(|argument| argument == "revoked") {
            revoked(&root);
            return Ok(());
        }
        open(&root);
        let file = root.open_at(PathFlags::empty(), "file", OpenFlags::empty(), READ_WRITE).map_err(|_| ())?;
        let read_only = root.open_at(PathFlags::empty(), "file", OpenFlags::empty(), DescriptorFlags::READ).map_err(|_| ())?;
        contents(&root, &file, &read_only);
        streams(&root, &file, &read_only);
        facts(&root, &file, &read_only);
        names_of(&root, &file);
        list(&root, &file);
        Ok(())
    }
}

const READ_WRITE: DescriptorFlags = DescriptorFlags::READ.union(DescriptorFlags::WRITE);
const FOLLOW: PathFlags = PathFlags::SYMLINK_FOLLOW;

fn open(root: &Descriptor) {
    let open = |path: &str, open: OpenFlags, flags: DescriptorFlags| {
        TYPES.handle("[method]descriptor.open-at", root.open_at(PathFlags::empty(), path, open, flags));
    };
    let (none, read) = (OpenFlags::empty(), DescriptorFlags::READ);
    open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ_WRITE);
    open("file", OpenFlags::CREATE | OpenFlags::EXCLUSIVE, READ_WRITE);
    open("file", OpenFlags::DIRECTORY, read);
    open("missing", none, read);
    open("missing/file", OpenFlags::CREATE, READ_WRITE);
    open("file/file", none, read);
    open(".", none, read);
    open("..", none, read);
    open("../file", none, read);
    open("/file", none, read);
    open("/", none, read);
    open("", none, read);
    open("nul\0byte", none, read);
    open(&"n".repeat(300), none, read);
    open(".", none, READ_WRITE);
    open(".", OpenFlags::CREATE, READ_WRITE);
}

fn contents(root: &Descriptor, file: &Descriptor, read_only: &Descriptor) {
    TYPES.case("[method]descriptor.write", file.write(b"some content", 0));
    TYPES.case("[method]descriptor.write", file.write(b"!", 15));
    TYPES.case("[method]descriptor.write", file.write(b"", 100));
    TYPES.case("[method]descriptor.write", read_only.write(b"refused", 0));
    TYPES.case("[method]descriptor.write", root.write(b"refused", 0));
    TYPES.case("[method]descriptor.write", file.write(b"too far", u64::MAX - 1));
    TYPES.case("[method]descriptor.read", file.read(100, 0).map(text));
    TYPES.case("[method]descriptor.read", file.read(4, 5).map(text));
    TYPES.case("[method]descriptor.read", file.read(4, 100).map(text));
    TYPES.case("[method]descriptor.read", root.read(4, 0).map(text));
    let write_only = root.open_at(PathFlags::empty(), "file", OpenFlags::empty(), DescriptorFlags::WRITE).unwrap();
    TYPES.case("[method]descriptor.read", write_only.read(4, 0).map(text));
    TYPES.case("[method]descriptor.set-size", file.set_size(8));
    TYPES.case("[method]descriptor.read", file.read(100, 0).map(text));
    TYPES.case("[method]descriptor.set-size", read_only.set_size(8));
    TYPES.case("[method]descriptor.set-size", root.set_size(8));
    TYPES.case("[method]descriptor.set-size", file.set_size(u64::MAX));
    TYPES.case("[method]descriptor.advise", file.advise(0, 10, Advice::WillNeed));
    TYPES.case("[method]descriptor.advise", root.advise(0, 10, Advice::WillNeed));
    TYPES.case("[method]descriptor.sync", file.sync());
    TYPES.case("[method]descriptor.sync", read_only.sync());
    TYPES.case("[method]descriptor.sync", root.sync());
    TYPES.case("[method]descriptor.sync-data", file.sync_data());
    TYPES.case("[method]descriptor.sync-data", read_only.sync_data());
    TYPES.case("[method]descriptor.sync-data", root.sync_data());
}

fn streams(root: &Descriptor, file: &Descriptor, read_only: &Descriptor) {
    if let Some(stream) = TYPES.handle("[method]descriptor.write-via-stream", file.write_via_stream(4)) {
        stream.blocking_write_and_flush(b"-via").unwrap();
    }
    TYPES.handle("[method]descriptor.write-via-stream", read_only.write_via_stream(0));
    TYPES.handle("[method]descriptor.write-via-stream", root.write_via_stream(0));
    if let Some(stream) = TYPES.handle("[method]descriptor.append-via-stream", file.append_via_stream()) {
        stream.blocking_write_and_flush(b"-end").unwrap();
    }
    TYPES.handle("[method]descriptor.append-via-stream", read_only.append_via_stream());
    TYPES.handle("[method]descriptor.append-via-stream", root.append_via_stream());
    if let Some(stream) = TYPES.handle("[method]descriptor.read-via-stream", file.read_via_stream(4)) {
        TYPES.ok("[method]descriptor.read-via-stream", text_of(stream.blocking_read(100).unwrap()));
    }
    TYPES.handle("[method]descriptor.read-via-stream", root.read_via_stream(0));
    let write_only = root.open_at(PathFlags::empty(), "file", OpenFlags::empty(), DescriptorFlags::WRITE).unwrap();
    TYPES.handle("[method]descriptor.read-via-stream", write_only.read_via_stream(0));

    // no file is that long: a host says so at once, or when something is written
    TYPES.handle("[method]descriptor.write-via-stream", file.write_via_stream(u64::MAX - 1));
    let stream = file.write_via_stream(i64::MAX as u64 - 1).or_else(|_| file.write_via_stream((1 << 53) - 2)).unwrap();
    match stream.blocking_write_and_flush(b"too far") {
        Err(StreamError::LastOperationFailed(error)) => TYPES.ok("filesystem-error-code", filesystem_error_code(&error).map(|code| code.name())),
        other => TYPES.err("filesystem-error-code", other),
    }
}

fn facts(root: &Descriptor, file: &Descriptor, read_only: &Descriptor) {
    for descriptor in [root, file, read_only] {
        TYPES.case("[method]descriptor.get-type", descriptor.get_type());
        TYPES.case("[method]descriptor.get-flags", descriptor.get_flags());
    }
    let at = |seconds, nanoseconds| NewTimestamp::Timestamp(Datetime { seconds, nanoseconds });
    TYPES.case("[method]descriptor.set-times", file.set_times(at(1_000, 5_000), at(1_000_000, 0)));
    TYPES.case("[method]descriptor.stat", file.stat().map(stat));
    TYPES.case("[method]descriptor.set-times", file.set_times(NewTimestamp::NoChange, at(3, 0)));
    TYPES.case("[method]descriptor.stat", file.stat().map(stat));
    TYPES.case("[method]descriptor.set-times", file.set_times(at(4, 2_000_000_000), NewTimestamp::NoChange));
    TYPES.case("[method]descriptor.set-times", file.set_times(at(u64::MAX, 0), NewTimestamp::NoChange));
    // how far times reach is the affair of the file system
    file.set_times(at(6, 0), NewTimestamp::NoChange).unwrap();
    TYPES.case("[method]descriptor.set-times", read_only.set_times(NewTimestamp::NoChange, at(3, 0)));
    TYPES.case("[method]descriptor.stat", root.stat().map(|stat| stat.type_));

    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "file").map(stat));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "missing").map(stat));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "../file").map(stat));
    TYPES.case("[method]descriptor.stat-at", file.stat_at(FOLLOW, "file").map(stat));
    TYPES.case("[method]descriptor.set-times-at", root.set_times_at(FOLLOW, "file", at(7, 0), at(8, 0)));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "file").map(stat));
    TYPES.case("[method]descriptor.set-times-at", root.set_times_at(FOLLOW, "missing", at(7, 0), at(8, 0)));
    TYPES.case("[method]descriptor.set-times-at", root.set_times_at(FOLLOW, "file", at(7, 1_000_000_000), at(8, 0)));

    TYPES.ok("[method]descriptor.is-same-object", (file.is_same_object(read_only), file.is_same_object(root)));
    let hash = |value: MetadataHashValue| (value.lower, value.upper);
    let of_file = file.metadata_hash().map(hash).unwrap();
    TYPES.case("[method]descriptor.metadata-hash", read_only.metadata_hash().map(|value| hash(value) == of_file));
    TYPES.case("[method]descriptor.metadata-hash", root.metadata_hash().map(|value| hash(value) == of_file));
    TYPES.case("[method]descriptor.metadata-hash-at", root.metadata_hash_at(FOLLOW, "file").map(|value| hash(value) == of_file));
    TYPES.case("[method]descriptor.metadata-hash-at", root.metadata_hash_at(FOLLOW, "missing").map(hash));
}

fn names_of(root: &Descriptor, file: &Descriptor) {
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("folder"));
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("folder"));
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("../folder"));
    TYPES.case("[method]descriptor.create-directory-at", root.create_directory_at("missing/folder"));
    TYPES.case("[method]descriptor.create-directory-at", file.create_directory_at("folder"));

    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("file", "link"));
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("file", "link"));
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("/file", "absolute"));
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("../file", "outside"));
    TYPES.case("[method]descriptor.symlink-at", root.symlink_at("loop", "loop"));
    TYPES.case("[method]descriptor.readlink-at", root.readlink_at("link"));
    TYPES.case("[method]descriptor.readlink-at", root.readlink_at("file"));
    TYPES.case("[method]descriptor.readlink-at", root.readlink_at("missing"));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(PathFlags::empty(), "link").map(|stat| stat.type_));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "link").map(|stat| stat.type_));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "outside").map(|stat| stat.type_));
    TYPES.case("[method]descriptor.stat-at", root.stat_at(FOLLOW, "loop").map(|stat| stat.type_));
    let open = |flags, path: &str| root.open_at(flags, path, OpenFlags::empty(), DescriptorFlags::READ);
    TYPES.handle("[method]descriptor.open-at", open(FOLLOW, "link"));
    TYPES.handle("[method]descriptor.open-at", open(PathFlags::empty(), "link"));

    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "file", root, "hard"));
    TYPES.case("[method]descriptor.stat", file.stat().map(|stat| stat.link_count));
    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "file", root, "hard"));
    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "missing", root, "other"));
    TYPES.case("[method]descriptor.link-at", root.link_at(FOLLOW, "link", root, "other"));
    TYPES.case("[method]descriptor.link-at", root.link_at(PathFlags::empty(), "folder", root, "other"));

    let folder = root.open_at(PathFlags::empty(), "folder", OpenFlags::DIRECTORY, DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY).unwrap();
    TYPES.case("[method]descriptor.rename-at", root.rename_at("hard", &folder, "moved"));
    TYPES.case("[method]descriptor.rename-at", root.rename_at("hard", &folder, "moved"));
    TYPES.case("[method]descriptor.rename-at", root.rename_at("folder", &folder, "folder"));
    TYPES.case("[method]descriptor.rename-at", root.rename_at("file", root, "folder"));
    TYPES.case("[method]descriptor.rename-at", root.rename_at("file", root, "../file"));

    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("folder"));
    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("file"));
    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("missing"));
    TYPES.case("[method]descriptor.unlink-file-at", root.unlink_file_at("folder"));
    TYPES.case("[method]descriptor.unlink-file-at", folder.unlink_file_at("../file"));
    TYPES.case("[method]descriptor.unlink-file-at", folder.unlink_file_at("moved"));
    TYPES.case("[method]descriptor.unlink-file-at", folder.unlink_file_at("moved"));
    TYPES.case("[method]descriptor.remove-directory-at", root.remove_directory_at("folder"));
}

fn list(root: &Descriptor, file: &Descriptor) {
    TYPES.handle("[method]descriptor.read-directory", file.read_directory());
    let Some(entries) = TYPES.handle("[method]descriptor.read-directory", root.read_directory()) else { return };
    let mut found = Vec::new();
    loop {
        match entries.read_directory_entry() {
            Ok(Some(entry)) => found.push(format!("{}: {:?}", entry.name, entry.type_)),
            Ok(None) => break,
            Err(error) => return TYPES.err("[method]directory-entry-stream.read-directory-entry", error),
        }
    }
    found.sort();
    TYPES.ok("[method]directory-entry-stream.read-directory-entry", found);
    TYPES.ok("[method]directory-entry-stream.read-directory-entry", entries.read_directory_entry().is_ok_and(|entry| entry.is_none()));
}

/// What was open when the directory was taken back.
fn revoked(root: &Descriptor) {
    let file = root.open_at(PathFlags::empty(), "file", OpenFlags::CREATE, READ_WRITE).unwrap();
    let entries = root.read_directory().unwrap();
    print("revoke\n");
    TYPES.case("[method]descriptor.sync-data", file.sync_data());
    TYPES.case("[method]descriptor.get-flags", file.get_flags().map(drop));
    TYPES.case("[method]descriptor.get-type", file.get_type());
    TYPES.case("[method]descriptor.sync", file.sync());
    TYPES.case("[method]descriptor.stat", file.stat().map(drop));
    TYPES.case("[method]descriptor.metadata-hash", file.metadata_hash().map(drop));
    TYPES.handle("[method]descriptor.open-at", root.open_at(PathFlags::empty(), "file", OpenFlags::empty(), READ_WRITE));
    TYPES.case("[method]directory-entry-stream.read-directory-entry", entries.read_directory_entry().map(drop));
}

fn stat(stat: DescriptorStat) -> (DescriptorType, u64, u64, Option<(u64, u32)>, Option<(u64, u32)>, bool) {
    let pair = |time: Option<Datetime>| time.map(|time| (time.seconds, time.nanoseconds));
    let (accessed, modified) = (pair(stat.data_access_timestamp), pair(stat.data_modification_timestamp));
    (stat.type_, stat.link_count, stat.size, accessed, modified, stat.status_change_timestamp.is_some())
}

fn text((bytes, end): (Vec<u8>, bool)) -> (String, bool) {
    (text_of(bytes), end)
}

fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

export!(Program);
