/** What to do when a file cannot be written or read, by the operating system's reason. */

/** The remedy for an error code such as ENOSPC; `flag` is the flag that names another place. */
export function remedyOf(code: string | undefined, flag: string): string {
  const elsewhere = `name another folder with ${flag}`;
  switch (code) {
    case 'ENOTDIR':
    case 'EEXIST':
      return `A part of this path is a file, where a folder is needed: ${elsewhere}, or move that file away.`;
    case 'EISDIR':
      return `A folder stands where the file belongs: ${elsewhere}, or move that folder away.`;
    case 'EACCES':
    case 'EPERM':
      return `Give yourself permission there, or ${elsewhere}.`;
    case 'EROFS':
      return `The disk is read-only: ${elsewhere}.`;
    case 'ENAMETOOLONG':
      return `The path is too long: ${elsewhere}.`;
    case 'EMFILE':
    case 'ENFILE':
      return 'Too many files are open: close other programs or raise the limit (ulimit -n).';
    case 'ENOSPC':
    case 'EDQUOT':
      return `Make room on the disk, or ${elsewhere}.`;
    default:
      return `Check the disk, or ${elsewhere}.`;
  }
}
