// Package pretrain makes the small encoders that ship with adlab, from scratch: pictures with free
// licences, brought by pinned digests, and a teacher. No test image of any benchmark is among the
// pictures.
package pretrain
